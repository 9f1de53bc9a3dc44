namespace LusPipeline.IntegrationTests.Processes;

/// <summary>A command line for a <see cref="WarmProcess"/>.</summary>
/// <param name="Arguments">What stands after <c>lus</c>.</param>
/// <param name="Environment">Variables that it has beside those of the process.</param>
/// <param name="LastLine">How the line begins that ends what it writes to each stream; the exit code follows.</param>
/// <param name="EarlierSignals">How many signals were sent to the process before this command.</param>
internal sealed record WarmCommand(string[] Arguments, IReadOnlyDictionary<string, string?> Environment, string LastLine, int EarlierSignals);
