"""The mind: a neural Bayes filter over the events that an agent perceived."""
