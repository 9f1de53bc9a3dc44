using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Hosting.Settings;

/// <summary>Gives a host its settings.</summary>
public static class SettingsServices
{
    /// <summary>Adds every section's record, and what they came from.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services, LoadedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton(settings);
        foreach (var (type, record) in settings.Records)
            services.AddSingleton(type, record);
        return services;
    }
}
