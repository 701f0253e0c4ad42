#! same
#! with -var list=["c"] -var object={name="m",size=null}
