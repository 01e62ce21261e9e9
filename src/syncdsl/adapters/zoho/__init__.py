"""What Zoho's systems share: data centres, sign-in, the shapes of stamps."""
