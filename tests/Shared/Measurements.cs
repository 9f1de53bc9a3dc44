using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LusPipeline.Core.Telemetry;

namespace LusPipeline.Tests;

/// <summary>Collects what the pipeline's meters measure while it lives.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Labels)> _all = new();

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == StageMetrics.SourceName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Add(instrument, value, labels));
        _listener.Start();
    }

    /// <summary>The labels of each measurement of an instrument, <c>key=value</c>, divided by commas.</summary>
    public IEnumerable<string> Labels(string name) => _all.Where(item => item.Name == name).Select(item => item.Labels);

    public IEnumerable<double> Values(string name, string labels = "") =>
        _all.Where(item => item.Name == name && item.Labels.Contains(labels, StringComparison.Ordinal)).Select(item => item.Value);

    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels) =>
        _all.Enqueue((instrument.Name, value, string.Join(',', labels.ToArray().Select(label => $"{label.Key}={label.Value}"))));
}
