#! same
#! plan only
