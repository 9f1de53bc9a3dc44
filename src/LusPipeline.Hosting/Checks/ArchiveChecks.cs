using LusPipeline.Buckets.DicomWeb;
using LusPipeline.Core.Outcomes;
using LusPipeline.Core.Stages;
using LusPipeline.Dicom.Loops;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.Hosting.Checks;

/// <summary>Checks of the DICOM archive: it answers, takes our credentials and can be searched, and a loop can be read where the worker cuts it.</summary>
internal static class ArchiveChecks
{
    private const string Key = $"{ArchiveOptions.Section}:{nameof(ArchiveOptions.Url)}";

    public static IEnumerable<Check> All(LoadedSettings settings, StageSet stages)
    {
        if (ArchiveSettings.Problems(settings, stages) is { Count: > 0 } problems)
            return [new("archive", _ => Task.FromResult(CheckOutcome.Failed(new ConfigurationException(problems).Message)))];
        if (!settings.IsGiven(Key))
            return [new("archive", _ => Task.FromResult(CheckOutcome.LeftOut($"{Key} is not set; videos come from the bucket")))];
        return
        [
            new("archive", cancellation => ConnectAsync(settings, cancellation)),
            .. settings.ReadsArchive(stages) ? [new Check("archive loops", cancellation => ReadAsync(settings, cancellation))] : Array.Empty<Check>(),
        ];
    }

    private static async Task<CheckOutcome> ConnectAsync(LoadedSettings settings, CancellationToken cancellation)
    {
        using var connection = ArchiveSettings.Connect(settings);
        await connection.CheckAsync(cancellation).ConfigureAwait(false);
        var options = settings.Get<ArchiveOptions>();
        return PlainTransport.Passed($"searched at {options.Url}, {(options.HasCredentials ? "with credentials" : "without credentials")}", PlainTransport.Of(options));
    }

    private static async Task<CheckOutcome> ReadAsync(LoadedSettings settings, CancellationToken cancellation)
    {
        using var connection = ArchiveSettings.Connect(settings);
        var bucket = ArchiveSettings.Bucket(settings, connection);
        await foreach (var item in bucket.ListAsync(cancellation).ConfigureAwait(false))
        {
            if (item.Skipped || item.Reason is not null)
                continue;
            try
            {
                var head = new byte[DicomHeader.HeadBytes];
                var read = await bucket.ReadAsync(item.Key, item.Tag, 0, head, cancellation).ConfigureAwait(false);
                return DicomHeader.IsDicom(head.AsSpan(0, read))
                    ? CheckOutcome.Passed("listed, and the beginning of one of them read")
                    : CheckOutcome.Failed("what it gives for an instance is no DICOM object. See whether it has WADO-RS");
            }
            catch (RejectedException gone) when (gone.Reason == ReasonCode.Vanished)
            {
                // It was deleted between the listing and the reading. The next loop will do.
            }
        }
        return CheckOutcome.Passed("listed; there is none of the last days yet");
    }
}
