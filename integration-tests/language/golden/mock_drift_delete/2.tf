#! same
#! remove terraform.resource/a.json
