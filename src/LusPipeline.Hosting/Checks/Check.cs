namespace LusPipeline.Hosting.Checks;

/// <summary>How a check came out.</summary>
public enum CheckState
{
    Passed,

    /// <summary>What it looks at is not configured or not asked for.</summary>
    LeftOut,

    Failed,
}

/// <param name="Text">What was found; for a failure, with the fix.</param>
public sealed record CheckOutcome(CheckState State, string Text)
{
    public static CheckOutcome Passed(string text) => new(CheckState.Passed, text);

    public static CheckOutcome LeftOut(string text) => new(CheckState.LeftOut, text);

    public static CheckOutcome Failed(string text) => new(CheckState.Failed, text);
}

/// <summary>One thing that <c>lus doctor</c> looks at.</summary>
/// <param name="Name">A few words.</param>
/// <param name="RunAsync">Looks. What it throws is a failure too.</param>
public sealed record Check(string Name, Func<CancellationToken, Task<CheckOutcome>> RunAsync);

/// <param name="Took">Until it was known.</param>
public sealed record CheckedItem(string Name, CheckOutcome Outcome, TimeSpan Took);
