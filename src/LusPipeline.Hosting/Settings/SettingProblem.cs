namespace LusPipeline.Hosting.Settings;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Key"><c>Section:Key</c>, or the source itself where no key is known.</param>
/// <param name="Origin">Where the value came from; null for a value that is missing.</param>
/// <param name="Message">What is wrong, and the fix. No secret.</param>
public sealed record SettingProblem(string Key, SettingOrigin? Origin, string Message)
{
    /// <summary>One line. Control characters are replaced, so that a terminal can show it, and so is what looks like a password in the key.</summary>
    public override string ToString() =>
        string.Concat($"{Secrets.MaskedKey(Key)} ({Origin?.ToString() ?? "not set"}): {Message}".Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
}
