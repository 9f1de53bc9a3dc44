using System.CommandLine;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Cli.Arguments;

/// <summary>The arguments by which <c>lus run</c> reads an archive.</summary>
internal sealed class ArchiveArguments
{
    private readonly Option<DateTime?> _since = SinceOption.Create("--since", "Of an archive, only studies of this date or later");
    private readonly Option<string?> _modality = new("--modality") { Description = "Of an archive, the modality of the series that are read; US if left out", HelpName = "CODE" };

    public void AddTo(Command command)
    {
        command.Add(_since);
        command.Add(_modality);
    }

    /// <summary>Reads the archive that the paths name, with the credentials of the settings.</summary>
    /// <returns>Null if the paths are files and folders.</returns>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    /// <exception cref="InvalidDataException">The address is wrong, or does not fit the settings or the options.</exception>
    public ArchiveOptions? Read(ParseResult result, IReadOnlyList<string> paths)
    {
        var (since, modality) = (result.GetValue(_since), result.GetValue(_modality));
        if (!paths.Any(ArchiveAddress.Is))
            return since is null && modality is null ? null : throw Wrong("--since and --modality choose from an archive. Give its address, dicomweb+https://HOST/PATH, instead of files.");
        if (paths is not [var address])
            throw Wrong("An archive is analysed alone. Give its address without other paths.");
        if (!ArchiveAddress.TryParse(address, out var url, out var problem))
            throw Wrong(problem);
        var settings = ArchiveSettings.At(url, new ConfigurationSources());
        return settings with
        {
            Modality = modality ?? settings.Modality,
            Since = since is { } time ? DateOnly.FromDateTime(time) : settings.Since,
            // A run reads all that it was asked for, each time.
            WatchDays = null,
        };
    }

    private static InvalidDataException Wrong(string problem) => new(problem);
}
