"""The published index as data (R12): what was frozen of closed periods, with every version, for programs."""
