"""用友 YonBIP: vouchers by its open platform."""
