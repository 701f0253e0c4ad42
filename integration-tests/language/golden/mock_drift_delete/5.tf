#! same
#! remove terraform.resource/a.json
#! with -destroy
