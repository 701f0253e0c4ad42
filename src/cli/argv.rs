//! Terraform's way to write arguments, brought into clap's, and help texts brought back.

use std::collections::BTreeMap;

use clap::{ArgMatches, FromArgMatches};

use super::args::{Cli, command};
use crate::config::Argument;

/// What an argument list comes to.
pub enum Parsed {
    Run(Box<Cli>),
    /// Help that was asked for.
    Help(String),
    /// Arguments that mean nothing.
    Wrong(String),
}

/// Commands that Terraform has and kiban does not, and what to do instead.
const ELSEWHERE: [(&str, &str); 7] = [
    ("taint", "use: kiban apply -replace=ADDR"),
    ("untaint", "a tainted object is replaced by the next apply"),
    ("login", "kiban uses no remote service of its own"),
    ("logout", "kiban uses no remote service of its own"),
    ("get", "modules are read where they are; there is nothing to download"),
    ("force-unlock", "the message about the lock says who holds it and how to free it"),
    ("env", "kiban has one workspace, \"default\": use a folder for each environment"),
];

/// Reads an argument list without the program's name. `TF_CLI_ARGS` and `TF_CLI_ARGS_plan` of the environment stand
/// right behind the command.
pub fn parse(argv: &[String], environment: &BTreeMap<String, String>) -> Parsed {
    let argv = with_environment(argv, environment);
    if let Some((name, instead)) =
        command_at(&argv).and_then(|i| ELSEWHERE.iter().find(|(name, _)| argv.get(i).is_some_and(|a| a == name)))
    {
        return Parsed::Wrong(format!("kiban has no command \"{name}\": {instead}.\n"));
    }
    let list = std::iter::once("kiban".to_owned()).chain(normalise(&argv));
    let result = command().try_get_matches_from(list).and_then(|m| Ok((Cli::from_arg_matches(&m)?, m)));
    match result {
        Ok((mut cli, matches)) => {
            let order = matches.subcommand().map(|(_, m)| ordered(m)).unwrap_or_default();
            if let Some(variables) = cli.command.as_mut().and_then(super::args::Command::variables_mut) {
                variables.ordered = order;
            }
            Parsed::Run(Box::new(cli))
        }
        Err(error) => {
            let text = single_dashes(&error.render().to_string());
            if error.use_stderr() { Parsed::Wrong(text) } else { Parsed::Help(text) }
        }
    }
}

/// `-foo` becomes `--foo`; single letters stay, and so does what follows `--`.
fn normalise(argv: &[String]) -> Vec<String> {
    let mut out = Vec::with_capacity(argv.len());
    let mut literal = false;
    let mut value = false;
    for arg in argv {
        literal |= arg == "--";
        let long = arg.strip_prefix('-').is_some_and(|rest| rest.len() > 1 && !rest.starts_with('-'));
        if long && !literal && !value {
            out.push(format!("-{arg}"));
        } else {
            out.push(arg.clone());
        }
        value = !literal && !value && matches!(arg.trim_start_matches('-'), "var") && arg.starts_with('-');
    }
    out
}

/// Help speaks of options as users of the language write them.
fn single_dashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let name = tail.strip_prefix("--").unwrap_or(tail);
        out.push_str(if name.starts_with(|c: char| c.is_ascii_lowercase()) { "-" } else { "--" });
        rest = name;
    }
    out.push_str(rest);
    out
}

/// Index of the command: the first word that is no option.
fn command_at(argv: &[String]) -> Option<usize> {
    let mut value = false;
    argv.iter().position(|arg| {
        let found = !value && !arg.starts_with('-');
        value = matches!(arg.as_str(), "-chdir" | "--chdir");
        found
    })
}

fn with_environment(argv: &[String], environment: &BTreeMap<String, String>) -> Vec<String> {
    let Some(at) = command_at(argv) else { return argv.to_vec() };
    let name = argv.get(at).map(|n| format!("TF_CLI_ARGS_{n}")).unwrap_or_default();
    let extra = ["TF_CLI_ARGS", &name].into_iter().filter_map(|key| environment.get(key)).flat_map(|t| words(t));
    let (head, tail) = argv.split_at(at + 1);
    head.iter().cloned().chain(extra).chain(tail.iter().cloned()).collect()
}

/// Splits at spaces, as a shell does: quotes keep words together.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), c) => current.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                current.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => out.extend(current.take()),
            (None, c) => current.get_or_insert_default().push(c),
        }
    }
    out.extend(current);
    out
}

/// `-var` and `-var-file` in the order given: later ones win.
fn ordered(matches: &ArgMatches) -> Vec<Argument> {
    if let Some((_, inner)) = matches.subcommand() {
        return ordered(inner);
    }
    let mut all: Vec<(usize, Argument)> = Vec::new();
    for (id, make) in [("var", Argument::Var as fn(String) -> Argument), ("var_file", Argument::File)] {
        let Ok(Some(values)) = matches.try_get_many::<String>(id) else { continue };
        all.extend(matches.indices_of(id).into_iter().flatten().zip(values.map(|v| make(v.clone()))));
    }
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, argument)| argument).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Command;

    fn read(line: &str) -> Parsed {
        parse(&words(line), &BTreeMap::new())
    }

    fn run(line: &str) -> Cli {
        match read(line) {
            Parsed::Run(cli) => *cli,
            Parsed::Help(text) | Parsed::Wrong(text) => panic!("{line}: {text}"),
        }
    }

    #[test]
    fn arguments_are_read_as_terraform_reads_them() {
        let cli = run("-chdir=x plan -var 'a=b' -var-file=f -var=c=d -refresh=false -no-color -out p -parallelism=3");
        assert_eq!(cli.chdir.as_deref(), Some(std::path::Path::new("x")));
        assert!(cli.no_color);
        let Some(Command::Plan(plan)) = cli.command else { panic!("plan") };
        let order: Vec<String> = plan.planning.variables.ordered.iter().map(|a| format!("{a:?}")).collect();
        assert_eq!(order, [r#"Var("a=b")"#, r#"File("f")"#, r#"Var("c=d")"#]);
        assert!(!plan.planning.refresh && plan.planning.state.lock && plan.out.is_some());
        let Some(Command::Bootstrap(mut inner)) = run("bootstrap plan -var a=b").command else { panic!("bootstrap") };
        assert_eq!(inner.of_mut().variables.ordered.len(), 1);
    }

    #[test]
    fn both_forms_of_switches_and_dashes_are_read() {
        for line in ["apply -auto-approve", "apply -auto-approve=true", "apply --auto-approve"] {
            let Some(Command::Apply(apply)) = run(line).command else { panic!("apply") };
            assert!(apply.auto_approve, "{line}");
        }
        let Some(Command::Plan(plan)) = run("plan -var -a=b").command else { panic!("plan") };
        assert_eq!(plan.planning.variables.var, ["-a=b"]);
    }

    #[test]
    fn the_environment_adds_arguments() {
        let environment = BTreeMap::from([("TF_CLI_ARGS_plan".to_owned(), "-lock=false -var 'x=1 2'".to_owned())]);
        let Parsed::Run(cli) = parse(&["plan".into()], &environment) else { panic!("plan") };
        let Some(Command::Plan(plan)) = cli.command else { panic!("plan") };
        assert!(!plan.planning.state.lock);
        assert_eq!(plan.planning.variables.var, ["x=1 2"]);
    }

    #[test]
    fn mistakes_are_told_with_a_way_out() {
        let wrong = |line: &str| match read(line) {
            Parsed::Wrong(text) => text,
            _ => panic!("{line}"),
        };
        assert!(wrong("plann").contains("'plan'"));
        assert!(wrong("taint aws_vpc.main").contains("-replace"));
        assert!(wrong("plan -detailed-exitcod").contains("'-detailed-exitcode'"));
        assert!(wrong("plan -target=nonsense").contains("no address"));
        assert!(wrong("plan -destroy -refresh-only").contains("cannot be used with"));
        let Parsed::Help(help) = read("plan -help") else { panic!("help") };
        assert!(help.contains("-detailed-exitcode") && !help.contains("--"), "{help}");
    }
}
