using LusPipeline.Buckets;
using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Buckets.S3;
using LusPipeline.Core.Stages;
using LusPipeline.Core.Studies;

namespace LusPipeline.Hosting.Settings;

/// <summary>What the settings of several sections say of the archive.</summary>
public static class ArchiveSettings
{
    private const string KindKey = $"{S3Options.Section}:{nameof(S3Options.Kind)}";
    private const string UrlKey = $"{ArchiveOptions.Section}:{nameof(ArchiveOptions.Url)}";

    private const string StoreKey = $"{ReportOptions.Section}:{nameof(ReportOptions.Store)}";

    /// <summary>Whether the workers' videos are in an archive.</summary>
    public static bool ReadsArchive(this LoadedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Get<S3Options>().Kind == BucketKind.DicomWeb;
    }

    /// <summary>Whether a worker of these stages reads the archive: for its loops, or for whose loops they are.</summary>
    public static bool ReadsArchive(this LoadedSettings settings, StageSet stages) =>
        settings.ReadsArchive() && (stages.HasFlag(StageSet.Ingest) || settings.StoresReports(stages));

    /// <summary>Whether a worker of these stages stores reports in the archive.</summary>
    public static bool StoresReports(this LoadedSettings settings, StageSet stages)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Get<ReportOptions>().Store && stages.HasFlag(StageSet.Sequence);
    }

    /// <summary>Checks what workers of these stages need for the archive.</summary>
    /// <exception cref="ConfigurationException">Something is missing.</exception>
    public static void Require(LoadedSettings settings, StageSet stages)
    {
        if (Problems(settings, stages) is { Count: > 0 } problems)
            throw new ConfigurationException(problems);
    }

    /// <summary>Finds what is missing for the archive.</summary>
    public static IReadOnlyList<SettingProblem> Problems(LoadedSettings settings, StageSet stages)
    {
        var problems = new List<SettingProblem>();
        var (reads, stores) = (settings.ReadsArchive(stages), settings.StoresReports(stages));
        var why = reads ? $"{KindKey} is {nameof(BucketKind.DicomWeb)}" : $"{StoreKey} is true";
        if ((reads || stores) && settings.Get<ArchiveOptions>().Url is null)
            problems.Add(new(UrlKey, null, $"is required, because {why}. Give the address of the archive's DICOMweb service."));
        if (reads && string.IsNullOrEmpty(settings.Get<DicomOptions>().Key))
        {
            problems.Add(new(
                $"{DicomOptions.Section}:{nameof(DicomOptions.Key)}", null,
                $"is required, because {why}: without it the ledger would hold UIDs. `openssl rand -hex 32` makes such a key."));
        }
        if (reads && settings.Get<NotificationOptions>().Wanted)
            problems.Add(new($"{NotificationOptions.Section}:{nameof(NotificationOptions.Exchange)}", null, $"is of no use, because {why}: archives notify nobody. Leave it out."));
        return problems;
    }

    /// <summary>A connection to the archive of the settings.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    /// <exception cref="Core.Outcomes.BrokenEngineException">A file of certificates cannot be read.</exception>
    public static ArchiveConnection Connect(LoadedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Get<ArchiveOptions>() is { Url: not null } options
            ? new(options, TimeProvider.System)
            : throw new ConfigurationException([new(UrlKey, null, "is required. Give the address of the archive's DICOMweb service.")]);
    }

    /// <summary>The workers' archive as a bucket.</summary>
    /// <exception cref="ConfigurationException">The key of its UIDs is missing.</exception>
    public static ArchiveVideoBucket Bucket(LoadedSettings settings, ArchiveConnection connection)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var key = settings.Get<DicomOptions>().HashedBy() ?? throw new ConfigurationException(Problems(settings, StageSet.Ingest));
        return new(connection, settings.Get<S3Options>().IdentityName, key(), TimeProvider.System, settings.Get<VideoLimits>().MaxFileBytes);
    }

    /// <summary>The archive at an address that a user gave, with the credentials of the settings.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    /// <exception cref="InvalidDataException">The credentials belong to another archive.</exception>
    public static ArchiveOptions At(Uri url, ConfigurationSources sources)
    {
        var settings = LoadedSettings.One<ArchiveOptions>(sources);
        return settings is not { HasCredentials: true, Url: { } own } || Uri.Compare(own, url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
            ? settings with { Url = url }
            : throw new InvalidDataException(
                $"The credentials in the settings belong to {own.GetLeftPart(UriPartial.Authority)} ({UrlKey}), and are not sent to another archive. Set {SettingsSection.VariableOf(UrlKey)} for this run.");
    }
}
