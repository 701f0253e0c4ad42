use kiban::{apply::*, aws::AwsPlugin, ops::*, plan::*};
use std::sync::Arc;
struct P;
impl Observer for P {
    fn event(&self, e: Event) {
        match e {
            Event::Finished { addr, kind, elapsed, id } => println!("{addr} {kind:?} {elapsed:?} {id:?}"),
            Event::Progress { addr, why, .. } => println!("... {addr} {why:?}"),
            Event::Failed { addr, .. } => println!("FAILED {addr}"),
            _ => {}
        }
    }
}
#[tokio::main]
async fn main() {
    let dir = std::env::current_dir().unwrap();
    let session = Session {
        dir: ".".into(),
        original_dir: dir,
        environment: std::env::vars().collect(),
        plugins: vec![Arc::new(AwsPlugin::default())],
        clock: Arc::new(kiban::ops::clock::RealClock::default()),
        now: kiban::ops::clock::now,
        cancel: Cancel::default(),
    };
    let cmd = std::env::args().nth(1).unwrap();
    let mut args = Args::default();
    if cmd == "destroy" {
        args.options.mode = Mode::Destroy;
    }
    let show = |f: Box<Failure>| {
        for d in &f.diagnostics {
            let pos = d.span.map(|s| {
                format!(
                    "{}:{}",
                    f.sources.get(s.source).map(|x| x.name.clone()).unwrap_or_default(),
                    f.sources.position(s.source, s.start as usize).line
                )
            });
            println!("{:?} {} | {} | {:?} | {:?} {:?}", d.severity, d.summary, d.detail, d.address, pos, d.hint);
        }
        std::process::exit(1)
    };
    let planned = match plan(&session, &args, "x").await {
        Ok(p) => p,
        Err(f) => return show(f),
    };
    for d in &planned.warnings {
        println!("warn {} {}", d.summary, d.detail);
    }
    for c in &planned.plan.changes {
        if c.action != Action::NoOp {
            println!("{} {:?} {:?} {:?}", c.key.addr, c.action, c.reason, c.replace_paths);
            if c.action == Action::Update {
                if let (Some(a), Some(b)) = (&c.before, &c.after) {
                    for (k, v) in a.as_map().unwrap() {
                        let w = b.get(k).unwrap();
                        if v != w {
                            println!("     {k}: {v:?} -> {w:?}");
                        }
                    }
                }
            }
        }
    }
    for d in &planned.plan.drift {
        println!("drift {}", d.key.addr);
        if let Some(b) = &d.after {
            for (k, v) in d.before.as_map().unwrap() {
                let w = b.get(k).unwrap();
                if v != w {
                    println!("     {k}: {v:?} -> {w:?}");
                }
            }
        }
    }
    for (n, o) in &planned.plan.outputs {
        if o.action != Action::NoOp {
            println!("output {n} {:?}", o.action);
        }
    }
    println!("{:?} empty={}", planned.plan.summary(), planned.plan.is_empty());
    if cmd != "plan" {
        match kiban::ops::apply(&session, planned, &P).await {
            Ok(o) => println!("applied {:?}", o.summary),
            Err(f) => show(f),
        }
    }
}
