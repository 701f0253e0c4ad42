//! What it costs to read many objects of one type.

use super::{PROVIDER, Service};
use crate::support::{Account, controllable};

pub fn reads(service: &Service) {
    let test = format!("types::batch::{}", service.name);
    if !controllable(&test) {
        return;
    }
    let mut wrong = Vec::new();
    for fixture in &service.fixtures {
        let Some(batch) = &fixture.batch else { continue };
        let account = Account::new();
        account.write("main.tf", &format!("{PROVIDER}{}\n{}", service.around, fixture.copies(batch.objects)));
        account.expect(".", &["apply", "-auto-approve"], 0);
        account.reset_counts();
        account.expect(".", &["plan", "-detailed-exitcode"], 0);
        let (calls, by_name) = account.calls();
        println!("{}: {} objects, {calls} calls, bound {}", fixture.kind, batch.objects, batch.calls);
        if calls > batch.calls {
            wrong.push(format!("{}: {calls} calls, more than {}: {by_name}", fixture.kind, batch.calls));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
