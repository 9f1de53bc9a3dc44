namespace LusPipeline.Hosting.Settings;

/// <summary>One effective setting, fit to be shown.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Value">As one would write it; secrets are masked. Null where there is none.</param>
public sealed record Setting(string Key, string? Value, SettingOrigin Origin);
