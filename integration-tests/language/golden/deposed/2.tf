#! same
