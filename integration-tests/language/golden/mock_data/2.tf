#! same
#! set terraform.data/known.json /values/integer {"number": "8"}
