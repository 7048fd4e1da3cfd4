"""Who acts, and what is true of them: types, policies, the language of roles, and exact reasoners."""

from pathlib import Path

import worlds
from worlds.compiled import keep_kernels

keep_kernels(Path(worlds.__file__).parent, Path(__file__).parent)

from agents.agent_type import AgentType, TypeSpace  # noqa: E402
from agents.answer import Answer, Answerer, Question, Reasoned, Truth, exact, posterior, resolve, type_space  # noqa: E402
from agents.arena.bank import Bank  # noqa: E402
from agents.arena.bank_config import BankConfig  # noqa: E402
from agents.arena.reasoner import BankReasoner  # noqa: E402
from agents.arena.run import ArenaRun  # noqa: E402
from agents.policy_config import PolicyConfig  # noqa: E402
from agents.population import PopulationConfig  # noqa: E402
from agents.query import Query, perceives  # noqa: E402
from agents.reasoner import Reasoner  # noqa: E402
from agents.rollout import RunConfig  # noqa: E402

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
    "exact",
    "perceives",
    "posterior",
    "resolve",
    "type_space",
]
