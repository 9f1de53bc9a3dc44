using LusPipeline.Core.Outcomes;

namespace LusPipeline.Web;

/// <summary>The pages cannot be served.</summary>
/// <param name="message">What is wrong, the key of the setting, and the fix.</param>
public sealed class WebException(string message, Exception? inner = null) : LusException(message, inner);
