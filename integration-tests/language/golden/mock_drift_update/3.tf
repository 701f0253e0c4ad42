#! same
#! set terraform.resource/a.json /values/bool {"boolean": true}
#! with -refresh-only
