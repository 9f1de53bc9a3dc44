using System.Text.RegularExpressions;

namespace LusPipeline.Training.Reports;

/// <summary>The style sheet of reports. The colours of the classes are those of Okabe and Ito, which people who confuse colours tell apart.</summary>
internal static partial class ReportStyle
{
    private const string DarkTheme = "@media (prefers-color-scheme: dark)";

    private const string Light = """
        --page: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa; --accent: #0550ae;
        --alarm: #fff1e5; --alarm-line: #bc4c00; --wrong: #a40e26; --covid: #d55e00; --pneumonia: #0072b2; --healthy: #009e73;
        """;

    private const string Dark = """
        --page: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --panel: #151b23; --accent: #79c0ff;
        --alarm: #2a1a0a; --alarm-line: #f0883e; --wrong: #ff8182; --covid: #f28e4b; --pneumonia: #56b4e9; --healthy: #3fc49a;
        """;

    private const string Page = """
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
        h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
        summary h2 { display: inline-block; }
        .notice { font-weight: 600; }
        .warnings { border-left: 4px solid var(--alarm-line); background: var(--alarm); padding: .5rem 1rem; margin: 1rem 0; }
        .remark, figcaption, small { color: var(--soft); font-size: .85rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { border-bottom: 1px solid var(--line); padding: .3rem .7rem; text-align: left; vertical-align: top; }
        thead th { background: var(--panel); font-weight: 600; }
        tbody th { font-weight: 400; overflow-wrap: anywhere; }
        td small { display: block; }
        code { overflow-wrap: anywhere; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; }
        figure { margin: 0; }
        figure svg { width: 100%; height: auto; }
        .legend span { margin-right: 1rem; }
        .legend svg { width: .8rem; height: .8rem; }
        .share { width: 12rem; height: .8rem; display: block; margin-top: .35rem; }
        .wrong { color: var(--wrong); }
        @media print { body { max-width: none; padding: 0; } details > * { display: block; } }
        """;

    private const string Pictures = """
        .page { fill: var(--page); }
        .plot { fill: var(--panel); stroke: var(--line); }
        .grid { stroke: var(--line); stroke-width: .5; fill: none; }
        .axis { fill: var(--soft); font: 11px system-ui, sans-serif; }
        .count { fill: var(--ink); font: 600 20px system-ui, sans-serif; }
        .over { fill: var(--page); }
        .cell { fill: var(--accent); stroke: var(--line); }
        .bar { fill: var(--accent); stroke: var(--accent); }
        .gap { stroke: var(--alarm-line); stroke-width: 2; fill: none; }
        .chance { stroke: var(--soft); stroke-dasharray: 4 4; fill: none; }
        .curve { fill: none; stroke-width: 2.2; }
        .curve.pneumonia { stroke-dasharray: 7 3; }
        .curve.healthy { stroke-dasharray: 2 3; }
        .trial { fill: var(--accent); fill-opacity: .6; }
        .trial.pruned { fill: none; stroke: var(--soft); }
        .best { stroke: var(--covid); }
        .epochs { fill: none; stroke: var(--accent); }
        .epochs.train { stroke-width: .8; stroke-opacity: .7; }
        .epochs.validation { stroke-width: 2; stroke: var(--covid); stroke-opacity: .7; }
        .covid { stroke: var(--covid); } .pneumonia { stroke: var(--pneumonia); } .healthy { stroke: var(--healthy); }
        .fill { stroke: none; }
        .fill.covid, .dot.covid { fill: var(--covid); }
        .fill.pneumonia, .dot.pneumonia { fill: var(--pneumonia); }
        .fill.healthy, .dot.healthy { fill: var(--healthy); }
        """;

    /// <summary>The style sheet of a page.</summary>
    public static string OfPage { get; } = $":root {{ color-scheme: light dark;\n{Light} }}\n{DarkTheme} {{ :root {{\n{Dark} }} }}\n{Page}\n{Pictures}";

    /// <summary>The style sheet of a picture that stands alone. It has no variables, which many programs that show SVG do not know.</summary>
    public static string OfPicture { get; } = $"{Resolved(Light)}\n{DarkTheme} {{\n{Resolved(Dark)}\n}}";

    private static string Resolved(string colours)
    {
        var known = Assignment().Matches(colours).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["colour"].Value);
        return Use().Replace(Pictures, use => known[use.Groups["name"].Value]);
    }

    [GeneratedRegex("(?<name>--[a-z-]+): (?<colour>#[0-9a-f]{6});")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"var\((?<name>--[a-z-]+)\)")]
    private static partial Regex Use();
}
