//! Reductions over one axis of `[outer, len, inner]`, any strides: sums, products,
//! extremes, their positions, or and and.
