//! Gathering and scattering rows, linear positions of indices, positions of true elements.
