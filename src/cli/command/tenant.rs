//! `kiban tenant new`, `tenant list` and `tenant check`

use similar::TextDiff;

use crate::cli::args::{Render, TenantCommand, TenantNewCommand, TenantQuery};
use crate::cli::operations::{FileChange, ListedTenant, TenantRequest};
use crate::cli::render::{Colour, diagnostics};
use crate::cli::{Operations, Screen};
use crate::diag::Diagnostic;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: TenantCommand) -> u8 {
    match args {
        TenantCommand::New(args) => new(operations, screen, *args).await,
        TenantCommand::List(args) => list(operations, screen, &args).await,
        TenantCommand::Check(args) => check(operations, screen, &args).await,
    }
}

async fn new(operations: &dyn Operations, screen: &Screen, args: TenantNewCommand) -> u8 {
    let request = TenantRequest {
        name: args.team,
        environments: args.env,
        arch: args.arch,
        capacity: args.capacity,
        domain: args.domain,
        contact: args.contact,
        storage_gib: args.storage_gib,
        executors: args.executors,
        admins: args.admin,
        plugin: args.render == Render::Plugin,
        gitops: args.gitops,
    };
    let new = match operations.new_tenant(request).await {
        Ok(new) => new,
        Err(failure) => return screen.fail(&failure),
    };
    if new.changes.is_empty() {
        screen.line(&format!("{} is there already, as it would be written: nothing to do.", new.tenant));
        return 0;
    }
    for change in &new.changes {
        screen.write(&difference(change, screen));
    }
    screen.line("");
    let (all, fresh) = (new.changes.len(), new.changes.iter().filter(|c| c.before.is_none()).count());
    if !args.auto_approve {
        if !screen.interactive {
            let problem = Diagnostic::error(
                "Nobody can approve the tenant",
                "The input is not a terminal, so kiban cannot ask whether to go on. Nothing was written.",
            );
            return screen.fail(&problem.hint("Use -auto-approve.").into());
        }
        let explanation = format!("  kiban will write {}.", count(fresh, all - fresh));
        if !screen.confirm(&format!("Do you want to write the tenant {}?", new.tenant), &explanation) {
            screen.line("Nothing was written.");
            return 1;
        }
    }
    if let Err(failure) = operations.write_tenant(&new).await {
        return screen.fail(&failure);
    }
    screen.line(&screen.palette.paint(Colour::Add, &format!("Written: {}.", count(fresh, all - fresh))));
    screen.line("Commit them, then `kiban plan` shows what the tenant gets in AWS.");
    0
}

fn count(new: usize, changed: usize) -> String {
    let files = |n: usize| if n == 1 { "file" } else { "files" };
    match (new, changed) {
        (_, 0) => format!("{new} new {}", files(new)),
        (0, _) => format!("changes of {changed} {}", files(changed)),
        _ => format!("{new} new {} and changes of {changed} {}", files(new), files(changed)),
    }
}

/// Both texts in the unified form; new files against nothing.
fn difference(change: &FileChange, screen: &Screen) -> String {
    let path = change.path.display().to_string();
    let (old, new) = match change.before {
        Some(_) => (format!("old/{path}"), format!("new/{path}")),
        None => ("/dev/null".to_owned(), format!("new/{path}")),
    };
    let before = change.before.as_deref().unwrap_or_default();
    let diff = TextDiff::from_lines(before, &change.after).unified_diff().header(&old, &new).to_string();
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'+') => screen.palette.paint(Colour::Add, line),
        Some(b'-') => screen.palette.paint(Colour::Remove, line),
        _ => line.to_owned(),
    };
    diff.lines().map(|line| paint(line) + "\n").collect()
}

async fn list(operations: &dyn Operations, screen: &Screen, args: &TenantQuery) -> u8 {
    let tenants = match operations.list_tenants(args.gitops.as_deref()).await {
        Ok(tenants) => tenants,
        Err(failure) => return screen.fail(&failure),
    };
    if args.json {
        let tenants: Vec<_> = tenants.iter().map(ListedTenant::to_json).collect();
        screen.line(&format!("{:#}", serde_json::json!({ "format_version": "1.0", "tenants": tenants })));
        return 0;
    }
    let head = ["TENANT", "DOMAIN", "AGENTS", "CONTACT", "GITOPS FOLDER"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(tenants.iter().map(row)).collect();
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        screen.line(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    0
}

fn row(tenant: &ListedTenant) -> [String; 5] {
    let folder = match &tenant.environments {
        None => "none".to_owned(),
        Some(names) if names.is_empty() => "without environments".to_owned(),
        Some(names) => names.iter().cloned().collect::<Vec<_>>().join(", "),
    };
    if !tenant.in_stack {
        let nothing = || "-".to_owned();
        return [tenant.name.clone(), "not in the stack".to_owned(), nothing(), nothing(), folder];
    }
    let agents = format!("{}, {}", tenant.arch, tenant.capacity);
    [tenant.name.clone(), tenant.domain.clone(), agents, tenant.contact.clone(), folder]
}

async fn check(operations: &dyn Operations, screen: &Screen, args: &TenantQuery) -> u8 {
    let checked = match operations.check_tenants(args.gitops.as_deref()).await {
        Ok(checked) => checked,
        Err(failure) => {
            if args.json {
                screen.line(&format!("{:#}", diagnostics::validation(&failure.diagnostics, &failure.sources)));
                return 1;
            }
            return screen.fail(&failure);
        }
    };
    if args.json {
        screen.line(&format!("{:#}", diagnostics::validation(&checked.diagnostics, &checked.sources)));
    } else {
        screen.report(&checked.diagnostics, &checked.sources);
        if !checked.diagnostics.has_errors() {
            let word = screen.palette.paint(Colour::Add, "Success!");
            let but = if checked.diagnostics.is_empty() { "" } else { ", but there were some warnings as shown above" };
            let tenants = if checked.tenants == 1 { "tenant is" } else { "tenants are" };
            screen.line(&format!("{word} {} {tenants} sound{but}.", checked.tenants));
        }
    }
    u8::from(checked.diagnostics.has_errors())
}
