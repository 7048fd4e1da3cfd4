"""Eight bytes at once: unaligned loads and stores for compiled kernels, which numpy's types cannot say.

Both take an index into a contiguous uint8 array, and the caller sees to it that eight bytes follow there.
"""

from collections.abc import Callable

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

_WORD = ir.IntType(64)


def _word_at(context, builder, signature, args):
    """The address of eight bytes of an array, as LLVM sees it."""
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.bitcast(builder.gep(array.data, [args[1]]), _WORD.as_pointer())


def _load8(_, array, index):
    def generate(context, builder, signature, args):
        word = builder.load(_word_at(context, builder, signature, args))
        word.align = 1
        return word

    return types.uint64(array, types.intp), generate


def _store8(_, array, index, word):
    def generate(context, builder, signature, args):
        builder.store(args[2], _word_at(context, builder, signature, args)).align = 1
        return context.get_dummy_value()

    return types.void(array, types.intp, types.uint64), generate


load8: Callable = intrinsic(_load8)  # (array, index) -> uint64
store8: Callable = intrinsic(_store8)  # (array, index, uint64)
