using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Telemetry;

/// <summary>A variable of OpenTelemetry's has a value that it may not have.</summary>
/// <param name="message">Names the variable and the fix.</param>
public sealed class TelemetryException(string message) : LusException(message);
