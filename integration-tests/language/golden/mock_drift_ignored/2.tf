#! same
#! set terraform.resource/a.json /values/string {"string": "theirs"}
#! set terraform.resource/a.json /values/integer {"number": "2"}
#! set terraform.resource/b.json /values/list/list/0/object/string {"string": "y"}
