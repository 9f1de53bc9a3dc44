namespace LusPipeline.Cli.Output;

/// <summary>What <c>lus train tune --json</c> prints.</summary>
/// <param name="Study">The search's name.</param>
/// <param name="Storage">Where it is, without a password.</param>
/// <param name="Objective">What was made good.</param>
/// <param name="Complete">How many trials are complete.</param>
/// <param name="Pruned">How many were given up.</param>
/// <param name="Failed">How many failed.</param>
/// <param name="Best">The best one; null if none is complete.</param>
/// <param name="Importance">The share of each parameter.</param>
/// <param name="ImportanceMethod">How the shares were found.</param>
/// <param name="Command">The command that trains with the best parameters.</param>
/// <param name="Report">The HTML file.</param>
/// <param name="Warnings">What a reader of the figures must know.</param>
internal sealed record TrainTuneJson(
    string Kind, string Study, string Storage, string Objective, int Complete, int Pruned, int Failed, TunedTrialJson? Best, IReadOnlyDictionary<string, double> Importance,
    string ImportanceMethod, string? Command, string Report, IReadOnlyList<string> Warnings, double Seconds, string Notice);

/// <summary>A trial with its parameters as options take them.</summary>
internal sealed record TunedTrialJson(int Number, double Value, IReadOnlyDictionary<string, string> Parameters);
