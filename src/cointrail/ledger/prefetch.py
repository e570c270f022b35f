"""Asking for memory ahead of time inside compiled loops, which Numba has no word for."""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

NAME = "llvm.prefetch.p0"
WRITE, KEEP, DATA = 1, 3, 1  # its arguments: to write to, for long, not code


def _prefetch(context: Any, array: Any, row: Any) -> Any:
    """Ask for an element of an array, or the first bytes of a row, without waiting; it must be inside."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        of, number = signature.args
        view = cgutils.create_struct_proxy(of)(context, builder, value=arguments[0])  # type: ignore[no-untyped-call]
        step = builder.extract_value(view.strides, 0)
        offset = builder.mul(context.cast(builder, arguments[1], number, types.intp), step)
        pointer = builder.gep(builder.bitcast(view.data, cgutils.voidptr_t), [offset])
        small = ir.IntType(32)
        function = builder.module.globals.get(NAME)
        if function is None:
            kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, small, small, small])
            function = ir.Function(builder.module, kind, NAME)
        builder.call(function, [pointer, small(WRITE), small(KEEP), small(DATA)])
        return context.get_dummy_value()

    return types.void(array, row), generate


prefetch: Any = intrinsic(_prefetch)
