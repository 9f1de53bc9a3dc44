namespace LusPipeline.Hosting.Settings;

/// <summary>One effective setting, ready to be shown.</summary>
/// <param name="Key"><c>Section:Key</c>.</param>
/// <param name="Value">As it would be written in a file, with secrets masked. Null if there is no value.</param>
public sealed record Setting(string Key, string? Value, SettingOrigin Origin);
