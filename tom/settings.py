"""How large the network is and how it is trained. Nothing heavy is imported here, so that a command's help is quick."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class TrainConfig:
    """How to train. Exactly one of minutes and train_steps bounds it."""

    minutes: float | None = None
    train_steps: int | None = None
    seed: int = 0
    batch: int = 8  # histories
    rate: float = 5e-3  # of learning, at its highest
    warmup: int = 100  # steps
    cooldown: float = 0.5  # the last share of training, in which the rate falls to nothing
    describe: float = 0.25  # weight of the traits' loss beside the actions'
    nested: float = 2.0  # weight of an action at depth 2 or more, which tells least, beside one at depth 0 or 1
    width: int = 128
    layers: int = 1
    compares: bool = False  # whether others' acts are held against one's own: tom.compare
    start: str | None = None  # a run whose weights to begin from

    def __post_init__(self):
        from worlds import FunhouseError

        if (self.minutes is None) == (self.train_steps is None):
            raise FunhouseError("training needs one bound", remedy="give --minutes or --train-steps, and not both")
        for name in ("minutes", "train_steps", "batch", "rate"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise FunhouseError(f"{name} = {value!r} is no training", remedy=f"choose {name} above 0")


@dataclass(frozen=True)
class NetworkConfig:
    """The network's size. traits: the number of values of each; in the orchard taste, sight, memory and temper."""

    vocabulary: int
    traits: tuple[int, ...]
    species: tuple[int, ...] = ()  # entries of an observation of each; none in the orchard, which is read as sets
    members: tuple[tuple[tuple[int, ...], ...], ...] = ()  # of each species' bank, each in words; none in the orchard
    actions: int = 5
    bars: bool = False  # whether a blocked action can not be taken at all; in the orchard it may, and leads nowhere
    kinds: int = 3
    width: int = 128
    heads: int = 8
    layers: int = 1  # of questions attending to events
    myself: tuple[int, ...] = ()  # "behave as myself", in words; only minds that compare have it
    library: int = 64  # policies
    pieces: int = 4  # linear pieces of which the best judges an action
    hidden: int = 96  # units beside them
    made_up: int = 8  # policies made up for a question
    element_width: int = 32
    text_width: int = 64
    gamma: float = 0.8  # walking distances enter as gamma ** distance

    @property
    def compares(self) -> bool:
        """See TrainConfig."""
        return bool(self.myself)

    def to_dict(self) -> dict:
        """Plain JSON values."""
        tuples = {name: list(getattr(self, name)) for name in ("traits", "species", "myself")}
        return {**asdict(self), **tuples}

    @classmethod
    def from_dict(cls, values: dict) -> "NetworkConfig":
        """The size from to_dict's values."""
        members = tuple(tuple(map(tuple, species)) for species in values.get("members", ()))
        tuples = {name: tuple(values.get(name, ())) for name in ("traits", "species", "myself")}
        return cls(**{**values, **tuples, "members": members})
