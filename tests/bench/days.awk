# Draws that are the same everywhere, and days.

function below(n) {
    # Numerical Recipes' generator, exact in doubles.
    seed = (seed * 1664525 + 1013904223) % 4294967296
    return int(seed / 4294967296 * n)
}

BEGIN {
    seed = 42
    split("31 28 31 30 31 30 31 31 30 31 30 31", length_of, " ")
    for (year = 2022; year < 2025; year++)
        for (month = 1; month <= 12; month++) {
            last = length_of[month] + (month == 2 && year == 2024)
            for (day = 1; day <= last; day++)
                date[days++] = sprintf("%d-%02d-%02d", year, month, day)
        }
}
