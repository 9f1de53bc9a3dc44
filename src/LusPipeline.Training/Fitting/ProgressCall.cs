namespace LusPipeline.Training.Fitting;

/// <summary>Reports progress by a call at once and in order, which <see cref="Progress{T}"/> does not.</summary>
/// <param name="call">Is called with each report.</param>
public sealed class ProgressCall<T>(Action<T> call) : IProgress<T>
{
    public void Report(T value) => call(value);
}
