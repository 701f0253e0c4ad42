#! same
#! set terraform.resource/a.json /values/string {"string": "theirs"}
