namespace LusPipeline.Hosting.Checks;

/// <summary>The result of a check.</summary>
public enum CheckState
{
    Passed,

    /// <summary>The subject of the check is not configured or not asked for.</summary>
    LeftOut,

    /// <summary>It works, and is not safe.</summary>
    Warned,

    Failed,
}

/// <param name="Text">What was found. For a warning or a failure, also the fix.</param>
public sealed record CheckOutcome(CheckState State, string Text)
{
    public static CheckOutcome Passed(string text) => new(CheckState.Passed, text);

    public static CheckOutcome LeftOut(string text) => new(CheckState.LeftOut, text);

    public static CheckOutcome Warned(string text) => new(CheckState.Warned, text);

    public static CheckOutcome Failed(string text) => new(CheckState.Failed, text);
}

/// <summary>One thing that <c>lus doctor</c> looks at.</summary>
/// <param name="Name">A few words.</param>
/// <param name="RunAsync">Runs the check. An exception is a failure, too.</param>
public sealed record Check(string Name, Func<CancellationToken, Task<CheckOutcome>> RunAsync);

/// <param name="Took">How long the check took.</param>
public sealed record CheckedItem(string Name, CheckOutcome Outcome, TimeSpan Took);
