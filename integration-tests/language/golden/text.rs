//! Texts beside each other.

/// Lines that differ, each with a few before it.
pub fn difference(expected: &str, actual: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut out = String::new();
    let context = a[start.saturating_sub(3)..start].iter().map(|l| format!("  {l}\n"));
    out.extend(context);
    out.extend(a[start..a.len() - end].iter().take(60).map(|l| format!("- {l}\n")));
    out.extend(b[start..b.len() - end].iter().take(60).map(|l| format!("+ {l}\n")));
    out
}

/// What a plan says in lines that both programs write alike: objects, numbers and outputs, without the prose around.
pub fn significant(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let end = |line: &&str| !["Saved the plan", "Warning:", "Error:"].iter().any(|s| line.starts_with(s));
    for line in text.lines().map(str::trim_end).take_while(end) {
        let ours = line.starts_with(' ') || line.starts_with("-/+") || line.starts_with("+/-");
        let number = ["Plan:", "Changes to Outputs:", "No changes."].iter().any(|s| line.starts_with(s));
        if ours || number {
            // Where the type of an attribute is not told, Terraform does not say what forces a replacement.
            out.push(line.replace("Terraform", "kiban").replace(" # forces replacement", ""));
        }
    }
    out
}
