"""Eight numbers at a time, in one register: numba has no such type, and compilers do not see by themselves that a loop
over a short row is one instruction. Where registers are narrower it is several; the numbers are the same.
"""

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model
from numba.np.arrayobj import make_array

LANES = 8  # float64 numbers in the widest register
_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


class Register(types.Type):
    """Eight float64."""

    def __init__(self) -> None:
        super().__init__("Register")


REGISTER = Register()


@register_model(Register)
class _Model(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VECTOR)


def _address(context, builder, row_type, row, first):
    """Where the numbers of a row begin."""
    data = make_array(row_type)(context, builder, row).data
    return builder.bitcast(builder.gep(data, [first]), _VECTOR.as_pointer())


@njit(cache=True, nogil=True)
def aligned(size):
    """Room for so many float64, ones, where each register's worth lies in one line of the cache: of two, every load and
    store of a register would be two."""
    whole = np.ones(size + LANES)
    first = -(whole.ctypes.data // 8) % LANES
    return whole[first : first + size]


@intrinsic
def eight(typing, row, first):
    """Those of a row, 1-d and contiguous, from `first` on."""

    def generate(context, builder, signature, args):
        return builder.load(_address(context, builder, signature.args[0], *args), align=8)

    return REGISTER(types.Array(types.float64, 1, "C"), types.intp), generate


@intrinsic
def put(typing, numbers, row, first):
    """Writes them into such a row from `first` on."""

    def generate(context, builder, signature, args):
        builder.store(args[0], _address(context, builder, signature.args[1], *args[1:]), align=8)
        return context.get_dummy_value()

    return types.void(REGISTER, types.Array(types.float64, 1, "C"), types.intp), generate


@intrinsic
def alike(typing, number):
    """Eight times the same."""

    def generate(context, builder, signature, args):
        one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), args[0], ir.Constant(ir.IntType(32), 0))
        places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(one, one, places)

    return REGISTER(types.float64), generate


def _arithmetic(name):
    """An operation on two of them, number by number."""

    def operation(typing, one, other):
        def generate(context, builder, signature, args):
            return getattr(builder, name)(*args)

        return REGISTER(REGISTER, REGISTER), generate

    return intrinsic(operation)


plus, minus, times, over = (_arithmetic(name) for name in ("fadd", "fsub", "fmul", "fdiv"))


@intrinsic
def sum_of(typing, numbers):
    """Their sum."""

    def generate(context, builder, signature, args):
        parts = [builder.extract_element(args[0], ir.Constant(ir.IntType(32), i)) for i in range(LANES)]
        while len(parts) > 1:
            parts = [builder.fadd(one, other) for one, other in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    return types.float64(REGISTER), generate
