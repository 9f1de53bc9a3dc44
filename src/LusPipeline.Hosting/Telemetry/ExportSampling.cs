using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>
/// Keeps spans from the collector that OpenTelemetry's variable <c>OTEL_TRACES_SAMPLER</c> leaves out. The ledger has all of them, so this comes
/// after its processor and before the exporter's. The choice is made by the trace, that is, by the study, and is the same on all machines.
/// </summary>
internal sealed class ExportSampling(Sampler sampler) : BaseProcessor<Activity>
{
    public const string Variable = "OTEL_TRACES_SAMPLER";
    public const string ArgumentVariable = "OTEL_TRACES_SAMPLER_ARG";

    /// <param name="read">Reads a variable of the environment.</param>
    /// <returns>Null if every span is sent.</returns>
    /// <exception cref="TelemetryException">The variable names no sampler, or its argument is no share.</exception>
    public static ExportSampling? From(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        const string ByParent = "parentbased_";
        var name = read(Variable);
        // A study's first span has no parent, and the others follow it.
        switch (name?.StartsWith(ByParent, StringComparison.Ordinal) == true ? name[ByParent.Length..] : name)
        {
            case null or "" or "always_on":
                return null;
            case "always_off":
                return new(new AlwaysOffSampler());
            case "traceidratio":
                var text = read(ArgumentVariable);
                if (string.IsNullOrEmpty(text))
                    return null;
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
                    ? new(new TraceIdRatioBasedSampler(share))
                    : throw new TelemetryException($"{ArgumentVariable} is '{text}', which is no share. Give a number from 0 to 1, for example 0.05.");
            default:
                throw new TelemetryException($"{Variable} is '{name}', which is not known. Give always_on, always_off or traceidratio, each also with {ByParent} before it.");
        }
    }

    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (sampler.ShouldSample(new SamplingParameters(default, data.TraceId, data.DisplayName, data.Kind)).Decision != SamplingDecision.RecordAndSample)
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
