"""Inputs and surroundings that mean harm, through the whole program as a process of its own."""
