using System.Globalization;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Probabilities;

namespace LusPipeline.Web.Shown;

/// <summary>How pages write numbers, times and names.</summary>
internal static class Texts
{
    private const int MostLetters = 200;

    public static string Share(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Share(double? value) => value is { } known ? Share(known) : "–";

    public static string Signed(double value) => value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Studies(long number) => number == 1 ? "study" : "studies";

    /// <summary>An estimate has a tilde.</summary>
    public static string Number(long value, bool exact) => (exact ? "" : "~") + Number(value);

    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string MachineTime(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Seconds(double seconds) => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    public static string Milliseconds(double milliseconds) => milliseconds.ToString("0.0", CultureInfo.InvariantCulture);

    /// <param name="bytes">0 for a loop of an archive, whose size nobody says.</param>
    public static string Bytes(long bytes) => bytes switch
    {
        0 => "–",
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:N0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB"),
    };

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => "a minute",
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.0} days"),
    };

    /// <summary>A name from outside. Characters that could turn or hide the text around them are replaced.</summary>
    public static string Name(string name) => PlainText.Clean(name, MostLetters) is var clean && clean.Length < name.Length ? clean + "…" : clean;

    /// <summary>The first eight digits of an id.</summary>
    public static string Short(Guid id) => id.ToString("N")[..8];

    public static string Percent(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The word that a class has in the style sheet.</summary>
    public static string Class(Result? result) => result?.Diagnosis.Name() ?? "none";

    public static string Describe(ClassProbabilities probabilities) => string.Create(
        CultureInfo.InvariantCulture, $"covid {probabilities.Covid:0.000}, pneumonia {probabilities.Pneumonia:0.000}, healthy {probabilities.Healthy:0.000}");
}
