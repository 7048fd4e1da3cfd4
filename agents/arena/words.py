"""The words for members of a bank: every sentence "an agent that …".

The orchard's word list is frozen, because minds were trained with it, so what an arena adds stands apart. A member's
name is what a log holds, {"policy": name}; its first wording is canonical.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from worlds import FunhouseError

# Random members: "an agent that moves like a bold heron". The adjective is its habit, the noun its eye.
HABITS = (
    "bold", "calm", "sly", "brisk", "gentle", "stern", "merry", "wary", "plain", "proud", "quiet", "swift",
)  # fmt: skip
EYES = (
    "heron", "badger", "marten", "falcon", "otter", "hare", "lynx", "raven", "beaver", "viper", "crane", "fox",
    "stork", "weasel", "tiger", "camel", "pigeon", "mole", "walrus", "panther", "salmon", "toad", "moose", "gull",
    "cobra", "donkey", "finch", "goat", "hornet", "jackal", "koala", "lizard", "magpie", "newt", "parrot", "quail",
    "rabbit", "seal", "turtle", "whale", "zebra", "bison", "cricket", "dolphin", "ferret", "gecko", "hyena", "kestrel",
)  # fmt: skip
LIKENESS = ("moves like a {}", "goes about like a {}", "carries itself like a {}")

# Callables of a user: "an agent that follows the first given rule".
COUNTS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
GIVEN = ("follows the {} given rule", "keeps to the {} given rule")

SCRIPTED = {
    # simple_tag, and the chase of other environments
    "chaser": ("chases the nearest prey", "runs after the nearest prey"),
    "ambusher": ("runs ahead of its prey", "heads where its prey is going"),
    "flanker": ("closes in from the other side", "comes from where its team is not"),
    "prowler": ("prowls along the border", "goes around along the border"),
    "sentinel": ("guards the nearest rock", "stands by the nearest rock"),
    "evader": ("runs from the nearest hunter", "flees from the nearest hunter"),
    "hider": ("hides behind the nearest rock", "takes cover at the nearest rock"),
    "wall-hugger": ("hugs the wall", "stays at the wall"),
    "circler": ("circles around the middle", "runs in a ring around the middle"),
    # simple_adversary
    "shadow": ("shadows the nearest agent", "stays at the heels of the nearest agent"),
    "contrarian": ("goes to the landmark that the others leave", "avoids the landmark of the crowd"),
    "spy": ("goes to the landmark with most agents near it", "trusts the crowd to find the landmark"),
    "recluse": ("stays away from everybody", "runs from everybody"),
    "goal-seeker": ("goes straight to the goal", "heads straight for the goal"),
    "decoy": ("goes to the landmark farthest from the goal", "lures others from the goal"),
    "companion": ("walks with its partner", "goes where its partner is"),
    "dodger": ("dodges the adversary", "keeps its distance from the adversary"),
    # simple_world_comm
    "forager": ("goes to the nearest food", "looks for the nearest food"),
    "forester": ("goes into the nearest forest", "takes cover in the nearest forest"),
    "runaway": ("runs away and stays inside", "flees but stays inside"),
    "food-guard": ("guards the nearest food", "stands by the nearest food"),
    "forest-guard": ("guards the nearest forest", "stands by the nearest forest"),
    "soldier": ("goes where the leader says", "walks as the leader says"),
    "captain": ("leads the chase and keeps to one word", "leads from the front"),
    "herald": ("says where the prey is and stands still", "calls out where the prey is"),
    "warden": ("leads the guard of the food", "calls its team to the food"),
    # pursuit
    "pursuer": ("pursues what it sees and else goes right", "pursues whatever runs"),
    "loner": ("goes away from its team", "leaves its team behind"),
    "follower": ("follows its team", "goes where its team is"),
    "climber": ("climbs up along the walls", "goes up and slides along the walls"),
    "watcher": ("stands still until prey is near", "waits until prey is near"),
    # knights_archers_zombies
    "shooter": ("turns to the nearest zombie and strikes", "takes aim at the nearest zombie and strikes"),
    "charger": ("charges at the nearest zombie", "runs at the nearest zombie"),
    "coward": ("turns its back and runs from zombies", "runs from zombies"),
    "whirler": ("whirls around and strikes", "spins around and strikes"),
    "sentry": ("never moves and strikes at what comes before it", "strikes only at what comes before it"),
    # rps
    "copier": ("repeats the last move of the other", "copies the last move of the other"),
    "answerer": ("beats the last move of the other", "answers the last move of the other"),
    "yielder": ("loses to the last move of the other", "yields to the last move of the other"),
    "stubborn": ("always takes the first move", "never leaves the first move"),
    # tictactoe, connect_four
    "winner": ("wins where it can", "completes its line where it can"),
    "blocker": ("blocks the line of the other", "never lets the other complete a line"),
    "centre-lover": ("takes the centre", "wants the centre"),
    "corner-lover": ("takes the corners", "wants the corners"),
    "edge-lover": ("takes the edges", "wants the edges"),
    "left-lover": ("takes the leftmost column", "fills the board from the left"),
    "right-lover": ("takes the rightmost column", "fills the board from the right"),
    "stacker": ("stacks upon its own pieces", "builds towers"),
    # leduc_holdem
    "tight": ("plays only good cards", "folds without a good card"),
    "caller": ("calls whatever comes", "never raises and never folds"),
    "bluffer": ("raises whatever it holds", "bluffs"),
    "trapper": ("raises bad cards and calls with good cards", "sets traps with good cards"),
    # battlefield, gather
    "fighter": ("charges at the enemy and strikes", "fights the nearest enemy"),
    "deserter": ("runs from the enemy", "flees from the enemy"),
    "herder": ("stays with its own", "crowds with its own"),
    "holder": ("holds its ground and strikes who comes near", "waits for the enemy and strikes"),
    "wanderer": ("walks to the right around everything", "wanders to the right"),
    "eater": ("walks to food and eats", "eats the nearest food"),
    "brawler": ("walks to its like and strikes", "fights its own kind"),
    "hermit": ("eats alone", "keeps a distance and eats alone"),
    "grazer": ("stands still and eats what is near", "grazes where it stands"),
}


def random_name(habit: int, eye: int, species: int) -> str:
    """The name of a random member, "bold-heron"; eyes count through all species, species shift the adjectives.

    Raises FunhouseError where the words are used up.
    """
    if habit >= len(HABITS) or eye >= len(EYES):
        what = f"a bank of {habit + 1} habits and {eye + 1} eyes (species {species}) has no words left"
        raise FunhouseError(what, remedy=f"use fewer random members: at most {len(HABITS)} × {len(EYES)} in all")
    return f"{HABITS[habit]}-{EYES[eye]}"


def given_name(place: int) -> str:
    """The name of a user's callable number `place`. Raises FunhouseError where there are too many."""
    if place >= len(COUNTS):
        raise FunhouseError(f"a bank takes at most {len(COUNTS)} callables", remedy="name fewer policies")
    return f"{COUNTS[place]}-rule"


SENTENCES: dict[str, tuple[str, ...]] = {
    **{
        f"{habit}-{eye}": tuple(form.format(f"{habit} {eye}") for form in LIKENESS)
        for habit, eye in product(HABITS, EYES)
    },
    **{f"{count}-rule": tuple(form.format(count) for form in GIVEN) for count in COUNTS},
    **SCRIPTED,
}
MEANINGS = {wording: name for name, wordings in SENTENCES.items() for wording in wordings}


def words_of(names: Iterable[str]) -> set[str]:
    """The words that the sentences of members with these names are made of, in any wording."""
    return {word for name in names for wording in SENTENCES[name] for word in wording.split()}


def sentence(name: str, paraphrase: int = 0) -> str:
    """ "an agent that …" for a member's name; `paraphrase` counts the wordings, taken modulo their number."""
    wordings = SENTENCES[name]
    return f"an agent that {wordings[paraphrase % len(wordings)]}"
