#! same
#! remove terraform.resource/b.json
#! with -refresh-only
