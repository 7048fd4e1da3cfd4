"""Who acts, and what is true of them: types, policies, the language of roles, and exact reasoners."""

from pathlib import Path

import worlds
from worlds.kernel_cache import keep_kernels

keep_kernels(Path(worlds.__file__).parent, Path(__file__).parent)

from agents.answer import Answer, Answerer, Question, Reasoned, Truth, exact, posterior, resolve  # noqa: E402
from agents.arena.bank import Bank  # noqa: E402
from agents.arena.bank_config import BankConfig  # noqa: E402
from agents.arena.reasoner import BankReasoner  # noqa: E402
from agents.arena.run import ArenaRun  # noqa: E402
from agents.arena.world import ArenaWorld  # noqa: E402
from agents.orchard.policy_config import PolicyConfig  # noqa: E402
from agents.orchard.reasoner import Reasoner  # noqa: E402
from agents.orchard.rollout import RunConfig  # noqa: E402
from agents.orchard.types import AgentType, TypeSpace  # noqa: E402
from agents.orchard.world import OrchardWorld  # noqa: E402
from agents.plain.world import PlainWorld  # noqa: E402
from agents.population import PopulationConfig  # noqa: E402
from agents.query import Query  # noqa: E402
from agents.registry import perceives, register, type_space, world_of  # noqa: E402
from agents.wishes.answer import WishAnswer, exact_wish  # noqa: E402
from agents.world import World  # noqa: E402

register(OrchardWorld())
register(ArenaWorld())
register(PlainWorld())

__all__ = [
    "AgentType",
    "Answer",
    "Answerer",
    "ArenaRun",
    "Bank",
    "BankConfig",
    "BankReasoner",
    "PolicyConfig",
    "PopulationConfig",
    "Query",
    "Question",
    "Reasoned",
    "Reasoner",
    "RunConfig",
    "Truth",
    "TypeSpace",
    "WishAnswer",
    "World",
    "exact",
    "exact_wish",
    "perceives",
    "posterior",
    "register",
    "resolve",
    "type_space",
    "world_of",
]
