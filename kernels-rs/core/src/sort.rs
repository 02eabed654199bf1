//! Sorting rows, stable orders and searching: NaN last, complex numbers lexicographic.
