"""Who answers besides a mind: shortcuts, controls, and the check that anybody can answer."""
