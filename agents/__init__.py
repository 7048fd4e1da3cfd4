"""Who acts, and what is true of them: types, policies, the language of roles, and exact reasoners."""

from agents.agent_type import AgentType, PolicyConfig, TypeSpace
from agents.answer import Answer, Answerer, Question, Reasoned, Truth, exact, posterior, resolve, type_space
from agents.population import PopulationConfig
from agents.query import Query
from agents.reasoner import Reasoner
from agents.rollout import RunConfig

__all__ = [
    "AgentType",
    "Answer",
    "Answerer",
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
    "posterior",
    "resolve",
    "type_space",
]
